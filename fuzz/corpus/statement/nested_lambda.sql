SELECT reduce(transform(resources, r -> r.arn), '', (s, x) -> s || filter(ARRAY[x], y -> y > s)[1], s -> s) FROM events
