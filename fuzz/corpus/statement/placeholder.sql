SELECT :a, ?, $EDS_ID FROM <event_data_store_id> WHERE x IN (:b)
