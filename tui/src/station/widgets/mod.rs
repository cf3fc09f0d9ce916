//! Pieces that draw and know nothing of studies. All of them write straight into the buffer of the frame and never
//! outside the area they were given, whatever its size.

pub(crate) mod bar;
pub(crate) mod canvas;
pub(crate) mod format;
pub(crate) mod mosaic;
pub(crate) mod textbox;
pub(crate) mod whisker;
pub(crate) mod window;
