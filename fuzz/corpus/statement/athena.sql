SELECT "$path", json_extract_scalar(requestparameters, '$.bucketName') FROM athena.events WHERE eventtime BETWEEN '2023' AND '2024-01-01T00' AND month = '07'
