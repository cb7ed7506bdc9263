//! The body of the query protocol: names and values, where `Name.1.Part` makes lists and
//! structures.

use std::collections::BTreeSet;

/// Parameters in the order in which they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads an encoded body.
    pub(crate) fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The parameters of a call that the proxy makes itself.
    pub(crate) fn of(parameters: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(parameters.iter().map(owned).collect())
    }

    /// The encoded body.
    pub(crate) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }

    /// A parameter's value, empty if it is missing.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.value(name).unwrap_or_default()
    }

    /// A parameter's value.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Sets a parameter.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.retain(|key| key != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// Keeps the parameters whose name passes.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }

    /// Whether any parameter's name begins so.
    pub(crate) fn has(&self, prefix: &str) -> bool {
        self.0.iter().any(|(name, _)| name.starts_with(prefix))
    }

    /// The values of `Name.1`, `Name.2`, … in their order.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        let element = |(key, value)| Some((index(key, name)?, value));
        let pairs = self
            .0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        let mut found: Vec<(u32, &str)> = pairs.filter_map(element).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, value)| value).collect()
    }

    /// The prefixes `Name.1.`, `Name.2.`, … of a list of structures.
    pub(crate) fn structures(&self, name: &str) -> Vec<String> {
        let numbers: BTreeSet<u32> = self
            .0
            .iter()
            .filter_map(|(key, _)| {
                let (number, _) = key.strip_prefix(name)?.strip_prefix('.')?.split_once('.')?;
                number.parse().ok()
            })
            .collect();
        let prefix = |number| format!("{name}.{number}.");
        numbers.into_iter().map(prefix).collect()
    }

    /// The parameters in order of their names, without some: equal for equal requests.
    pub(crate) fn fingerprint(&self, without: &[&str]) -> String {
        let mut pairs: Vec<_> = self
            .0
            .iter()
            .filter(|(name, _)| !without.contains(&name.as_str()))
            .collect();
        pairs.sort_unstable();
        format!("{pairs:?}")
    }
}

/// The number of `key` in the list `name`: 2 for `Name.2`.
fn index(key: &str, name: &str) -> Option<u32> {
    key.strip_prefix(name)?.strip_prefix('.')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_structures_are_found_by_name() {
        let form = Form::parse(b"A.10=z&A.2=y&F.1.Name=n&F.1.Value.1=v&F.2.Name=m&AB.1=no");
        assert_eq!(form.list("A"), ["y", "z"]);
        assert_eq!(form.structures("F"), ["F.1.", "F.2."]);
        assert_eq!(form.list("F.1.Value"), ["v"]);
    }

    #[test]
    fn equal_requests_have_equal_fingerprints() {
        let one = Form::parse(b"Action=X&B=2&ClientToken=t");
        let two = Form::parse(b"B=2&ClientToken=u&Action=X");
        assert_eq!(
            one.fingerprint(&["ClientToken"]),
            two.fingerprint(&["ClientToken"])
        );
        assert_ne!(one.fingerprint(&[]), two.fingerprint(&[]));
    }
}
