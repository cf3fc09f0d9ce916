//! Execution of effects: calls to the daemon, files, the clipboard, the editor, and quitting.

use super::serve::{Dirty, Flow, Station};
use super::{StationError, clipboard, desktop, files, signals, terminal};
use crate::station::effect::Effect;
use crate::station::msg::Msg;

impl Station {
    /// Executes an effect.
    pub(super) fn carry_out(&mut self, effect: Effect) -> Result<Flow, StationError> {
        match effect {
            Effect::Call(call) => self.daemon.call(call),
            Effect::Follow(cursor) => self.daemon.follow(cursor),
            Effect::StartDaemon => self.daemon.start(),
            Effect::Copy { what, text } => {
                let ways = clipboard::send(&mut self.screen, &text);
                let (paths, line) = (self.paths.clone(), self.model.look().line);
                let messages = self.messages.clone();
                drop(tokio::spawn(async move {
                    let told = clipboard::hand_on(paths, line, what, text, ways).await;
                    drop(messages.send(Msg::Copied(told)).await);
                }));
            }
            Effect::Export(study, export) => self.daemon.export(study, export),
            Effect::Write { name, content } => {
                self.send(Msg::Written(files::export(&name, content.as_bytes())));
            }
            Effect::Attach(name) => {
                let text = files::read(&name);
                self.send(Msg::Attached(name, text));
            }
            Effect::ListFiles(typed) => {
                let names = files::beginning_with(&typed);
                self.send(Msg::Files(typed, names));
            }
            Effect::SaveDraft(origin, form) => {
                if let Some(told) = self.drafts.save(origin, &form) {
                    self.send(Msg::DraftAside(told));
                }
            }
            Effect::ForgetDraft(study) => {
                if let Some(told) = self.drafts.forget(&self.paths, study) {
                    self.send(Msg::DraftAside(told));
                }
            }
            Effect::Notify(text) => {
                if self.desktop {
                    desktop::show(&text);
                }
                let is_in_tmux = std::env::var_os("TMUX").is_some_and(|socket| !socket.is_empty());
                if let Some(sequence) = self.notify.sequence(&text, is_in_tmux) {
                    self.screen.write(&sequence)?;
                }
            }
            Effect::SaveSettings(settings) => files::save_settings(&self.paths, &settings),
            Effect::Edit(text) => {
                self.screen.leave();
                let edited = self.editor.edit(&self.paths, &text);
                let entered = self.enter_again();
                // It is taken over first: where the terminal is gone, the draft is kept with it.
                let flow = self.take(Msg::Edited(edited), Dirty::Now)?;
                entered?;
                return Ok(flow);
            }
            Effect::Redraw => {
                self.screen.forget();
                self.dirty = Dirty::Now;
            }
            Effect::Suspend => self.suspend()?,
            Effect::Quit => return Ok(Flow::Leave),
        }
        Ok(Flow::Stay)
    }

    /// Suspends to the shell until the process is continued.
    pub(super) fn suspend(&mut self) -> Result<(), StationError> {
        self.screen.leave();
        signals::stop();
        self.enter_again()
    }

    fn enter_again(&mut self) -> Result<(), StationError> {
        self.screen.enter_again()?;
        self.model.size = terminal::size();
        self.dirty = Dirty::Now;
        Ok(())
    }

    /// Queues a message for the model; if the queue is full, a separate task waits, never the loop.
    fn send(&self, msg: Msg) {
        let messages = self.messages.clone();
        drop(tokio::spawn(async move { drop(messages.send(msg).await) }));
    }
}
