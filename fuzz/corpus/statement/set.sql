SET datafusion.catalog.information_schema = false
