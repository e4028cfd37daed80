SELECT awsRegion, grouping(awsRegion), count(*) FROM events GROUP BY ROLLUP (awsRegion), CUBE (eventName) HAVING count(*) > 1
