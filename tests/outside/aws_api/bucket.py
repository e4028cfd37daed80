"""An S3 server of one process's memory: put, get, head, list, as far as object stores need them for deliveries."""
import hashlib
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape


class Bucket:
    """Buckets by name, the only ones there are; `objects` are their bytes by (bucket, key)."""

    def __init__(self, *names):
        self.names, self.objects, self.refused = set(names), {}, ()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"bucket": self}))
        # A client that knows enough goes before it has the whole answer.
        self.server.handle_error = lambda *_: None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def environment(self):
        """What a child process needs to talk to this server."""
        return dict(AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{self.server.server_port}", AWS_REGION="eu-west-1",
                    AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_ALLOW_HTTP="true")

    def keys(self, bucket):
        return sorted(key for name, key in self.objects if name == bucket)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def place(self):
        path, _, query = self.path.partition("?")
        bucket, _, key = urllib.parse.unquote(path).lstrip("/").partition("/")
        return bucket, key, dict(urllib.parse.parse_qsl(query, keep_blank_values=True))

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, status, code):
        self.answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def known(self, bucket):
        if bucket not in self.bucket.names:
            self.error(404, "NoSuchBucket")
        return bucket in self.bucket.names

    def do_PUT(self):
        bucket, key, _ = self.place()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.known(bucket):
            return
        if key.endswith(self.bucket.refused):
            return self.error(403, "AccessDenied")
        if self.headers.get("If-None-Match") == "*" and (bucket, key) in self.bucket.objects:
            return self.error(412, "PreconditionFailed")
        self.bucket.objects[bucket, key] = body
        self.answer(200, ETag=f'"{hashlib.md5(body).hexdigest()}"')

    def do_GET(self):
        bucket, key, query = self.place()
        if not self.known(bucket):
            return
        if not key:
            return self.listing(bucket, query.get("prefix", ""))
        body = self.bucket.objects.get((bucket, key))
        if body is None:
            return self.error(404, "NoSuchKey")
        self.answer(200, body, ETag=f'"{hashlib.md5(body).hexdigest()}"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT")

    do_HEAD = do_GET

    def listing(self, bucket, prefix):
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.bucket.objects[bucket, key])}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>\"x\"</ETag></Contents>"
            for key in self.bucket.keys(bucket) if key.startswith(prefix))
        body = f"<ListBucketResult><Name>{bucket}</Name><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
        self.answer(200, body.encode(), Content_Type="application/xml")

    def log_message(self, *_):
        pass
