//! Row of the benchmark table: the measured figure, its unit, and its gate.

/// One measured figure.
pub(crate) struct Row {
    what: String,
    measured: f64,
    gate: Option<Gate>,
    unit: &'static str,
}

/// The limit of a figure.
#[derive(Clone, Copy)]
enum Gate {
    AtMost(f64),
    AtLeast(f64),
}

impl Row {
    /// A figure that must not be larger.
    pub(crate) fn at_most(what: &str, measured: f64, gate: f64, unit: &'static str) -> Self {
        Self { what: what.to_owned(), measured, gate: Some(Gate::AtMost(gate)), unit }
    }

    /// A figure that must not be smaller.
    pub(crate) fn at_least(what: &str, measured: f64, gate: f64, unit: &'static str) -> Self {
        Self { what: what.to_owned(), measured, gate: Some(Gate::AtLeast(gate)), unit }
    }

    /// A figure without a gate.
    pub(crate) fn note(what: &str, measured: f64, unit: &'static str) -> Self {
        Self { what: what.to_owned(), measured, gate: None, unit }
    }

    /// The same with an upper gate, if there is one.
    pub(crate) fn gated(self, at_most: Option<f64>) -> Self {
        Self { gate: at_most.map(Gate::AtMost).or(self.gate), ..self }
    }

    pub(crate) fn holds(&self) -> bool {
        match self.gate {
            None => true,
            Some(Gate::AtMost(gate)) => self.measured <= gate,
            Some(Gate::AtLeast(gate)) => self.measured >= gate,
        }
    }

    pub(crate) fn print(&self) {
        let gate = match self.gate {
            None => "          ".to_owned(),
            Some(Gate::AtMost(gate)) => format!("<= {gate:>7}"),
            Some(Gate::AtLeast(gate)) => format!(">= {gate:>7}"),
        };
        let mark = match (self.gate, self.holds()) {
            (None, _) => "",
            (Some(_), true) => "ok",
            (Some(_), false) => "MISSED",
        };
        println!("{:<62} {:>10.3} {:<4} {gate} {mark}", self.what, self.measured, self.unit);
    }
}
