//! CloudWatch's figures. Nothing measures emulated instances, so there are none; and moto does not
//! speak CloudWatch's protocol of today, in which this is said.

use hyper::StatusCode;

use crate::protocol::Answer;

/// A map whose one entry is an empty list, in CBOR.
const NO_RESULTS: &[u8] = b"\xa1\x71MetricDataResults\x80";

/// No figures.
pub(crate) fn none() -> Answer {
    let mut answer = Answer::new(StatusCode::OK, "application/cbor", NO_RESULTS);
    let protocol = hyper::header::HeaderValue::from_static("rpc-v2-cbor");
    answer.headers.insert("smithy-protocol", protocol);
    answer
}
