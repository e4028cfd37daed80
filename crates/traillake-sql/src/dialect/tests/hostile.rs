//! Texts that mean harm or nothing.

use proptest::prelude::*;

use super::*;

/// Pieces of queries between `~`; some stand more often.
const PIECES: &str = "\
    SELECT~FROM~WHERE~GROUP BY~ORDER BY~HAVING~WITH~AS~UNION~INTERSECT~EXCEPT~ALL~DISTINCT~VALUES~TABLE~(~(~\
    (~)~)~)~[~]~,~.~*~->~a~b~\"c\"~'x'~1~1e3~1.5~:p~?~$x$~+~-~||~=~<~>=~::~AND~OR~NOT~IN~IS~NULL~LIKE~ESCAPE~\
    BETWEEN~EXISTS~CASE~WHEN~THEN~ELSE~END~CAST~TRY_CAST~TRY~IF~ROW~ARRAY~varchar~array(~row(~map(~INTERVAL~\
    DAY~TO~timestamp~AT TIME ZONE~EXTRACT~TRIM~SUBSTRING~POSITION~LISTAGG~WITHIN GROUP~JSON_VALUE~\
    JSON_OBJECT~ON~EMPTY~OVER~WINDOW w AS~PARTITION BY~ROWS~UNBOUNDED PRECEDING~FILTER~JOIN~CROSS JOIN~\
    UNNEST~LATERAL~USING~LIMIT~OFFSET~FETCH FIRST~GROUPING SETS~U&'\\0041'";

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(PIECES.split('~').collect::<Vec<_>>())
}

#[test]
fn deep_texts_are_refused() {
    for open in ["(", "((SELECT ", "CASE WHEN ", "NOT ", "- ", "ARRAY[", "f(", "x -> ", "CAST(", "TRY(", "1 IN ("] {
        assert!(query(&format!("SELECT {}", open.repeat(3_000))).is_err(), "{open}");
    }
    for open in ["(", "(SELECT 1 FROM ", "a JOIN ", "((SELECT 1 FROM "] {
        assert!(query(&format!("SELECT 1 FROM {}", open.repeat(3_000))).is_err(), "{open}");
    }
    let chain = format!("SELECT a{}", " OR a = 1".repeat(20_000));
    assert!(query(&chain).is_ok());
}

#[test]
fn what_the_grammar_writes_out_is_bounded() {
    let uses = vec!["count(*) OVER w"; 3_000].join(", ");
    let columns = vec!["a"; 900].join(", ");
    let pairs = vec!["(a, b)"; 20_000].join(", ");
    for sql in [
        format!("SELECT {uses} FROM t WINDOW w AS (PARTITION BY a)"),
        format!("SELECT count(*) OVER w FROM t WINDOW w AS (PARTITION BY {columns})"),
        format!("SELECT 1 FROM t GROUP BY ROLLUP ({pairs})"),
        format!("SELECT 1 FROM t GROUP BY DISTINCT ROLLUP ({pairs})"),
        format!("SELECT 1 FROM t GROUP BY CUBE ({})", vec!["(a, b)"; 20].join(", ")),
        format!("SELECT {}x", "reduce_agg(".repeat(40)),
    ] {
        assert!(query(&sql).is_err(), "{}", &sql[..40]);
    }
    assert!(query("SELECT count(*) OVER w, sum(a) OVER w FROM t WINDOW w AS (PARTITION BY a, b ORDER BY c)").is_ok());
    assert!(query("SELECT 1 FROM t GROUP BY ROLLUP ((a, b), (c, d), e)").is_ok());
}

proptest! {
    #[test]
    fn nonsense_never_panics(pieces in prop::collection::vec(piece(), 1..40)) {
        let _ = query(&format!("SELECT {}", pieces.join(" ")));
        let _ = query(&pieces.join(" "));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = query(&format!("SELECT {text}"));
    }
}
