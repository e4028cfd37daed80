SELECT 'a' LIKE '%#' ESCAPE '#', 'a' LIKE x FROM (VALUES '\\', '%_', NULL) t(x)
