SELECT try(CAST(JSON '{"a":[1,"x"]}' AS map(varchar, array(json)))), CAST(ROW(1, 'a') AS row(x bigint, y varchar(3))).y, TRY_CAST('1e400' AS double)
