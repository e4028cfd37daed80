SELECT t.k, u.x, o FROM events e, unnest(e.requestParameters) AS t(k, v) CROSS JOIN UNNEST(split(t.v, ',')) WITH ORDINALITY AS u(x, o)
