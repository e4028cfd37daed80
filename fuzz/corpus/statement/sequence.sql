SELECT cardinality(sequence(1, 9223372036854775807)), repeat('x', 1000000), combinations(sequence(1, 100), 5), lpad('', 99999999, 'x')
