//! Arguments for logs.

use clap::Args;

use crate::capture::{LogField, LogFields};

/// The heading of `--help`.
const CAPTURE: &str = "Captures";

/// Which fields of log lines hold what.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct LogArguments {
    /// The field of log lines in JSON with the body of the response, or of the request in lines without a status: a
    /// name such as `http.response.body`, or a JSON Pointer. By default, fields with the usual names are read.
    #[arg(long, help_heading = CAPTURE, value_name = "FIELD", value_parser = LogField::new)]
    body_field: Option<LogField>,

    /// The field of log lines with the body of the request.
    #[arg(long, help_heading = CAPTURE, value_name = "FIELD", value_parser = LogField::new)]
    request_body_field: Option<LogField>,

    /// The field of log lines with the URL or the path.
    #[arg(long, help_heading = CAPTURE, value_name = "FIELD", value_parser = LogField::new)]
    url_field: Option<LogField>,

    /// The field of log lines with the method.
    #[arg(long, help_heading = CAPTURE, value_name = "FIELD", value_parser = LogField::new)]
    method_field: Option<LogField>,

    /// The field of log lines with the status.
    #[arg(long, help_heading = CAPTURE, value_name = "FIELD", value_parser = LogField::new)]
    status_field: Option<LogField>,

    /// The field of log lines with the time.
    #[arg(long, help_heading = CAPTURE, value_name = "FIELD", value_parser = LogField::new)]
    time_field: Option<LogField>,
}

impl LogArguments {
    /// The fields that were named.
    pub(in crate::cli) fn fields(&self) -> LogFields {
        LogFields {
            method: self.method_field.clone(),
            url: self.url_field.clone(),
            status: self.status_field.clone(),
            time: self.time_field.clone(),
            body: self.body_field.clone(),
            request_body: self.request_body_field.clone(),
        }
    }
}
