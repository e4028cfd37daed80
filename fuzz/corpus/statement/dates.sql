SELECT date_parse('%', '%Y-%m-%d %H:%i:%s'), format_datetime(now(), 'yyyy''Q''QQ'), date_add('month', 999999999, date '9999-12-31') AT TIME ZONE '+14:00'
