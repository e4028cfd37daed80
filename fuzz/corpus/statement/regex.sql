SELECT regexp_replace('aaaaaaaaaaaaaaaa', '(a+)+\\1$', x -> upper(x[1])), regexp_like('x', '(?<=a)(?!b)\\Q.\\E')
