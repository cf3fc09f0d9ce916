//! The one filter between untrusted text and a terminal: model replies, people's words, file names and webhook bodies
//! pass it before they are printed, drawn or logged.
