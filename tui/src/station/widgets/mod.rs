//! Generic widgets, independent of studies. All of them write directly into the frame's buffer and never outside their
//! area, whatever its size.

pub(crate) mod bar;
pub(crate) mod canvas;
pub(crate) mod format;
pub(crate) mod mosaic;
pub(crate) mod textbox;
pub(crate) mod versions;
pub(crate) mod whisker;
pub(crate) mod window;
