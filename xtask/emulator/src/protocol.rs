//! What goes over the wire: requests understood as calls of AWS, and answers in the form that
//! each service gives them. Knows nothing of moto, of mends or of faults.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod cbor;
pub(crate) mod form;
pub(crate) mod s3;
pub(crate) mod xml;

pub(crate) use answer::Answer;
pub(crate) use call::{Call, Service};
pub(crate) use form::Form;
pub(crate) use xml::Element;
