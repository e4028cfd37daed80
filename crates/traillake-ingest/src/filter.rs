//! Which objects a listing takes, by what their keys say; never which events.

use chrono::{Datelike, NaiveDate};

use crate::TrailKey;
use crate::key::{after_anchor, is_account, is_org_id, is_region, number};

/// Chooses objects by organisation, account, region and delivery date of the key. Empty lists and
/// absent days mean no restriction. An object whose key lacks a part is not judged by that part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// First day of delivery that is taken.
    pub from: Option<NaiveDate>,
    /// Last day of delivery that is taken.
    pub to: Option<NaiveDate>,
    /// Accounts (twelve digits) that are taken.
    pub accounts: Vec<String>,
    /// Regions that are taken.
    pub regions: Vec<String>,
    /// Organisation ids (`o-…`) that are taken; keys of single-account trails have none and stay.
    pub org_ids: Vec<String>,
}

impl KeyFilter {
    /// True when nothing is restricted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// True when the object with this key is taken.
    pub fn accepts(&self, key: Option<&TrailKey>) -> bool {
        key.is_none_or(|key| {
            allows(&self.accounts, &key.account)
                && key.org_id.as_deref().is_none_or(|id| allows(&self.org_ids, id))
                && key.region.as_deref().is_none_or(|region| allows(&self.regions, region))
                && key.date.is_none_or(|date| self.takes_days(date, date))
        })
    }

    /// False when no object below this folder (a key ending in `/`) can be taken. Folders that do
    /// not look like a part of a trail tree may hold anything.
    pub(crate) fn may_hold(&self, folder: &str) -> bool {
        let Some(parts) = after_anchor(folder) else { return true };
        let mut parts = parts.trim_end_matches('/').split('/').peekable();
        if let Some(id) = parts.next_if(|part| is_org_id(part))
            && !allows(&self.org_ids, id)
        {
            return false;
        }
        let Some(account) = parts.next().filter(|part| is_account(part)) else { return true };
        if !allows(&self.accounts, account) || parts.next().is_none() {
            return allows(&self.accounts, account);
        }
        if let Some(region) = parts.next_if(|part| is_region(part))
            && !allows(&self.regions, region)
        {
            return false;
        }
        self.may_hold_days(&parts.collect::<Vec<_>>())
    }

    /// `yyyy`, `yyyy/mm` or `yyyy/mm/dd`, as far as there is one.
    fn may_hold_days(&self, parts: &[&str]) -> bool {
        let part = |at: usize, digits| parts.get(at).and_then(|part| number(part, digits));
        let Some(year) = part(0, 4).and_then(|year| i32::try_from(year).ok()) else { return true };
        let days = match (part(1, 2), part(2, 2)) {
            (Some(month), Some(day)) => NaiveDate::from_ymd_opt(year, month, day).map(|date| (date, date)),
            (Some(month), None) => month_days(year, month),
            (None, _) => NaiveDate::from_ymd_opt(year, 1, 1).zip(NaiveDate::from_ymd_opt(year, 12, 31)),
        };
        days.is_none_or(|(first, last)| self.takes_days(first, last))
    }

    fn takes_days(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.from.is_none_or(|from| last >= from) && self.to.is_none_or(|to| first <= to)
    }
}

fn allows(wanted: &[String], value: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|one| one == value)
}

fn month_days(year: i32, month: u32) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let last = first.checked_add_months(chrono::Months::new(1))?.pred_opt()?;
    debug_assert_eq!(last.month(), month);
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter() -> KeyFilter {
        KeyFilter {
            from: NaiveDate::from_ymd_opt(2023, 2, 27),
            to: NaiveDate::from_ymd_opt(2023, 3, 1),
            accounts: vec!["111122223333".into()],
            regions: vec!["us-east-1".into()],
            org_ids: vec!["o-aaaaaaaaaa".into()],
        }
    }

    fn takes(key: &str) -> bool {
        filter().accepts(TrailKey::parse(key).as_ref())
    }

    #[test]
    fn keys_are_taken_by_account_region_organisation_and_delivery_date() {
        assert!(takes("AWSLogs/111122223333/CloudTrail/us-east-1/2023/02/27/f"));
        assert!(takes("AWSLogs/o-aaaaaaaaaa/111122223333/CloudTrail/us-east-1/2023/03/01/f"));
        assert!(!takes("AWSLogs/o-bbbbbbbbbb/111122223333/CloudTrail/us-east-1/2023/03/01/f"));
        assert!(!takes("AWSLogs/111122224444/CloudTrail/us-east-1/2023/03/01/f"));
        assert!(!takes("AWSLogs/111122223333/CloudTrail/us-east-2/2023/03/01/f"));
        assert!(!takes("AWSLogs/111122223333/CloudTrail/us-east-1/2023/03/02/f"));
        assert!(!takes("AWSLogs/111122223333/CloudTrail/us-east-1/2023/02/26/f"));
    }

    #[test]
    fn objects_without_such_a_key_are_left_alone() {
        assert!(takes("exports/lookup.json"));
        assert!(takes("AWSLogs/111122223333/CloudTrail/odd/f"));
    }

    #[test]
    fn folders_are_pruned_as_soon_as_their_part_is_known() {
        let filter = filter();
        for open in [
            "",
            "x/",
            "AWSLogs/",
            "AWSLogs/o-aaaaaaaaaa/",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2023/",
            "AWSLogs/odd/2020/",
        ] {
            assert!(filter.may_hold(open), "{open}");
        }
        for open in [
            "AWSLogs/111122223333/CloudTrail/us-east-1/2023/02/",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2023/03/01/",
        ] {
            assert!(filter.may_hold(open), "{open}");
        }
        for closed in
            ["AWSLogs/o-bbbbbbbbbb/", "AWSLogs/999999999999/", "AWSLogs/o-aaaaaaaaaa/999999999999/CloudTrail/"]
        {
            assert!(!filter.may_hold(closed), "{closed}");
        }
        for closed in
            ["us-east-2/", "us-east-1/2022/", "us-east-1/2023/01/", "us-east-1/2023/02/26/", "us-east-1/2023/03/02/"]
        {
            assert!(!filter.may_hold(&format!("AWSLogs/111122223333/CloudTrail/{closed}")), "{closed}");
        }
    }

    #[test]
    fn a_folder_that_holds_an_accepted_key_is_never_pruned() {
        let filter = filter();
        for day in ["2023/02/27", "2023/02/28", "2023/03/01"] {
            let key = format!("a/AWSLogs/111122223333/CloudTrail/us-east-1/{day}/f");
            for (at, _) in key.match_indices('/') {
                assert!(filter.may_hold(&key[..=at]), "{}", &key[..=at]);
            }
        }
    }
}
