//! Output streams of a command: data goes to stdout, messages to stderr. A reader that closes the pipe is not an error:
//! the rest is dropped, and code that produces pages can see that reading has stopped.

use std::io::{self, BufRead, IsTerminal, Write};

use serde::Serialize;

use crate::failure::{Detail, Failure};
use crate::json::{self, Layout};
use crate::look::{self, Look};

/// Whether stderr may be redrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Talk {
    /// A terminal: lines may be redrawn.
    Live,
    /// A file, a pipe, or quiet mode: whole lines only.
    Lines,
}

/// Whether stdout still has a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    Listens,
    Left,
}

/// The output streams of a command.
pub(crate) struct Ui {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    reader: Reader,
    layout: Layout,
    /// The look of stdout.
    pub(crate) look: Look,
    /// The look of stderr.
    pub(crate) err_look: Look,
    /// Whether stderr may be redrawn.
    pub(crate) talk: Talk,
    /// How much of a failure is printed.
    pub(crate) detail: Detail,
}

impl Ui {
    /// The streams of this process.
    pub(crate) fn of_process() -> Self {
        let talk = if io::stderr().is_terminal() && look::colour_is_welcome() {
            Talk::Live
        } else {
            Talk::Lines
        };
        let layout = if io::stdout().is_terminal() { Layout::Indented } else { Layout::Line };
        Self {
            look: Look::of(io::stdout()),
            err_look: Look::of(io::stderr()),
            out: Box::new(io::BufWriter::new(io::stdout())),
            err: Box::new(io::stderr()),
            reader: Reader::Listens,
            layout,
            talk,
            detail: Detail::default(),
        }
    }

    /// Streams whose output a test can read.
    #[cfg(test)]
    pub(crate) fn into_buffers(out: Box<dyn Write>, err: Box<dyn Write>) -> Self {
        Self {
            out,
            err,
            reader: Reader::Listens,
            layout: Layout::Line,
            look: Look::PLAIN,
            err_look: Look::PLAIN,
            talk: Talk::Lines,
            detail: Detail::default(),
        }
    }

    /// Writes data to stdout and flushes it.
    pub(crate) fn data(&mut self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())
    }

    /// Writes a text for people to stdout, with the program's own signs as stdout may have them.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        let text = self.look.signs(text);
        self.data(&text)
    }

    /// Draws with letters that every terminal has from now on.
    pub(crate) fn draw_plainly(&mut self) {
        self.look.glyphs = look::Glyphs::Ascii;
        self.err_look.glyphs = look::Glyphs::Ascii;
    }

    /// Writes one JSON document and a line break.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let layout = self.layout;
        self.json_laid_out(value, layout)
    }

    /// Writes one JSON document on one line, also on a terminal.
    pub(crate) fn json_line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.json_laid_out(value, Layout::Line)
    }

    fn json_laid_out(&mut self, value: &impl Serialize, layout: Layout) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        json::write(&mut bytes, value, layout).map_err(|error| {
            Failure::invalid(format!("The result is no JSON: {error}")).because(&error)
        })?;
        bytes.push(b'\n');
        self.bytes(&bytes)
    }

    /// Writes bytes to stdout unchanged.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.reader == Reader::Left {
            return Ok(());
        }
        match self.out.write_all(bytes).and_then(|()| self.out.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.reader = Reader::Left;
                Ok(())
            }
            Err(error) => {
                Err(Failure::invalid(format!("Standard output cannot be written: {error}"))
                    .because(&error))
            }
        }
    }

    /// Whether stdout has lost its reader, so that further output is pointless.
    pub(crate) fn reader_has_left(&self) -> bool {
        self.reader == Reader::Left
    }

    /// Prints a line on stderr. A closed stderr is ignored.
    pub(crate) fn say(&mut self, line: &str) {
        self.say_raw(&format!("{line}\n"));
    }

    /// Writes to stderr unchanged.
    pub(crate) fn say_raw(&mut self, text: &str) {
        // A closed stderr cannot be reported anywhere.
        drop(self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush()));
    }

    /// Prints a failure.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        let text = failure.render(self.err_look, self.detail);
        self.say_raw(&text);
    }

    /// Whether a user at a terminal can be asked.
    pub(crate) fn can_ask() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a yes-no question with "no" as the default.
    pub(crate) fn ask(&mut self, question: &str) -> bool {
        self.say_raw(&format!("{question} [y/N] "));
        let mut reply = String::new();
        io::stdin().lock().read_line(&mut reply).is_ok()
            && matches!(reply.trim(), "y" | "Y" | "yes" | "Yes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed(io::ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_leaves_is_no_error() {
        let mut ui =
            Ui::into_buffers(Box::new(Closed(io::ErrorKind::BrokenPipe)), Box::new(io::sink()));
        assert_eq!(ui.data("a"), Ok(()));
        assert!(ui.reader_has_left());
        assert_eq!(ui.json(&[1]), Ok(()));
    }

    #[test]
    fn a_full_disk_is_one() {
        let mut ui =
            Ui::into_buffers(Box::new(Closed(io::ErrorKind::StorageFull)), Box::new(io::sink()));
        assert!(ui.data("a").is_err());
    }
}
