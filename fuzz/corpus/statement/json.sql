SELECT json_value(eventJson, 'lax $.a[*]?(@.b > 1).c' RETURNING bigint NULL ON EMPTY ERROR ON ERROR), json_extract_scalar(eventJson, '$["a\\"b"].c[0]') FROM events
