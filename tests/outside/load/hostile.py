"""Callers who mean harm or are broken. Each does one thing to the server and says what; the server must bear it."""
import os
import random
import socket
import time
from datetime import datetime, timedelta, timezone

import pyarrow.flight as flight

from .callers import REFUSALS, command, expect
from .http import Http, signed

# Seconds that the server's configuration gives a head and a body, and some on top for a busy machine.
PATIENCE = 2
SLACK = 20


class Hostile:
    def __init__(self, world, caller):
        self.world, self.key = world, caller.key

    def step(self):
        acts = [self.wrong_signature, self.expired, self.foreign_host, self.oversized, self.slow_head, self.slow_body,
                self.half_closed, self.garbage, self.wrong_password, self.tampered_ticket]
        return random.choice(acts)()

    def close(self):
        pass

    # -- signatures ---------------------------------------------------------------------------------

    def refused(self, key, codes, at=None):
        http = Http(self.world.http, key)
        try:
            error, answer = http.call("ListEventDataStores", at)
        finally:
            http.close()
        expect(error in codes and "EventDataStores" not in answer, error, answer)

    def wrong_signature(self):
        self.refused((self.key[0], "x" * 40), ("InvalidSignatureException",))
        self.refused(("AKIAIOSFODNN7EXAMPLE", self.key[1]), ("UnrecognizedClientException",))
        return "wrong signature"

    def expired(self):
        for minutes in (-20, 20):
            at = datetime.now(timezone.utc) + timedelta(minutes=minutes)
            self.refused(self.key, ("InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired",
                                    "RequestExpiredException"), at)
        return "expired request"

    def wrong_password(self):
        client = flight.connect(self.world.flight, generic_options=[("grpc.use_local_subchannel_pool", 1)])
        try:
            client.authenticate_basic_token(f"nobody{random.randrange(1000)}", "x" * 20)
            expect(False, "a wrong password was taken")
        except (flight.FlightUnauthenticatedError, flight.FlightUnavailableError):
            return "wrong password"
        finally:
            client.close()

    def tampered_ticket(self):
        client = flight.connect(self.world.flight, generic_options=[("grpc.use_local_subchannel_pool", 1)])
        try:
            options = flight.FlightCallOptions(headers=[client.authenticate_basic_token(*self.key)])
            for ticket in (os.urandom(64), command("SELECT 1")):
                try:
                    client.do_get(flight.Ticket(ticket), options).read_all()
                    expect(False, "a ticket that was never given was taken")
                except REFUSALS:
                    pass
        finally:
            client.close()
        return "tampered ticket"

    # -- sockets ------------------------------------------------------------------------------------

    def connect(self, address=None):
        host, port = (address or self.world.http).split(":")
        return socket.create_connection((host, int(port)), timeout=PATIENCE + SLACK)

    def request(self, body=b"{}", **others):
        headers = signed(self.world.http, self.key, "ListEventDataStores", body)
        headers.update({"content-length": str(len(body)), **others})
        return b"POST / HTTP/1.1\r\n" + "".join(f"{name}: {text}\r\n" for name, text in headers.items()).encode() + b"\r\n"

    def read(self, stream):
        """What comes until the server closes."""
        found = b""
        try:
            while part := stream.recv(65536):
                found += part
        except ConnectionError:
            pass
        return found

    def foreign_host(self):
        for others in ({"host": "evil.example"}, {"origin": "http://evil.example"}):
            with self.connect() as stream:
                stream.sendall(self.request(connection="close", **others) + b"{}")
                answer = self.read(stream)
            expect(answer.startswith(b"HTTP/1.1 4") and b"EventDataStores\"" not in answer, answer[:300])
        return "foreign host"

    def oversized(self):
        with self.connect() as stream:
            try:
                stream.sendall(self.request(b" " * (5 << 20)))
                for _ in range(80):
                    stream.sendall(b" " * (64 << 10))
            except ConnectionError:
                return "oversized body"
            answer = self.read(stream)
        expect(answer == b"" or answer.startswith(b"HTTP/1.1 413"), answer[:300])
        return "oversized body"

    def slowly(self, begin, text):
        """Sends one byte after the other; the server must lose patience."""
        with self.connect() as stream:
            stream.sendall(begin)
            stream.settimeout(0.3)
            end = time.monotonic() + PATIENCE + SLACK
            for byte in text * 1000:
                expect(time.monotonic() < end, "the server waits for ever")
                try:
                    stream.sendall(bytes([byte]))
                    if stream.recv(4096) == b"":
                        return
                except TimeoutError:
                    pass
                except ConnectionError:
                    return

    def slow_head(self):
        self.slowly(b"POST / HTTP/1.1\r\nx-slow: ", b"a")
        return "slow head"

    def slow_body(self):
        self.slowly(self.request(b" " * 1000), b" ")
        return "slow body"

    def half_closed(self):
        with self.connect() as stream:
            stream.sendall(self.request() + b"{}")
            stream.shutdown(socket.SHUT_WR)
            answer = self.read(stream)
            expect(answer == b"" or answer.startswith(b"HTTP/1.1 200"), answer[:300])
        for part in (b"POST / HT", self.request(b" " * 10) + b"  "):
            with self.connect() as stream:
                stream.sendall(part)
                stream.shutdown(socket.SHUT_WR)
                self.read(stream)
        return "half-closed stream"

    def garbage(self):
        for address in (self.world.http, self.world.flight.removeprefix("grpc://")):
            for begin in (b"", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\n"):
                with self.connect(address) as stream:
                    try:
                        stream.sendall(begin + os.urandom(2000))
                    except ConnectionError:
                        pass
        return "garbage"
