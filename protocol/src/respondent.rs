//! A respondent: who gave an answer. Personas are generated and can be shown whole; of everybody else a document holds an
//! id and no more, since what is known of them is kept apart from what they said.

use serde::{Deserialize, Serialize};

use crate::id::ParticipantId;
use crate::persona::Persona;

/// Who gave an answer, under a key of its own kind: `"persona": {…}`, `"expert": {…}`, …
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Respondent {
    /// A synthetic respondent.
    Persona(Persona),
    /// Somebody whose judgement was asked for by name.
    Expert {
        /// Unique within the study.
        id: String,
    },
    /// A person who takes part for pay.
    Participant {
        /// A pseudonym.
        id: ParticipantId,
    },
    /// Whoever gave an answer that was collected elsewhere.
    Imported {
        /// As the import names them.
        id: String,
    },
}

impl Respondent {
    /// The synthetic respondent, if it is one.
    #[must_use]
    pub const fn persona(&self) -> Option<&Persona> {
        match self {
            Self::Persona(persona) => Some(persona),
            Self::Expert { .. } | Self::Participant { .. } | Self::Imported { .. } => None,
        }
    }

    /// What tells them from others of their study.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Persona(persona) => persona.id.clone(),
            Self::Expert { id } | Self::Imported { id } => id.clone(),
            Self::Participant { id } => id.to_string(),
        }
    }
}

impl From<Persona> for Respondent {
    fn from(persona: Persona) -> Self {
        Self::Persona(persona)
    }
}

#[cfg(test)]
mod tests {
    use crate::answer::{Response, Tagged};

    const PERSONA: &str = r#"{"id":"p1","name":"Maria Lopez","age":34,"gender":"female","region":"us_national","state":"CA","education":"bachelors","income_bracket":"upper_middle","employment":"employed","occupation":null,"household":"alone","urbanicity":"urban","tech_adoption":"early_majority","big_five":{"openness":50.0,"conscientiousness":48.25,"extraversion":52.0,"agreeableness":51.0,"neuroticism":47.0},"price_sensitivity":61.0}"#;

    fn json(who: &str, tag: &str) -> String {
        format!(
            r#"{{"id":"a1",{who},{tag}"score":7,"reasoning":"Handy.","sentiment":"positive","mentions":[]}}"#
        )
    }

    /// The response as it is sent, and the text in which it is printed.
    fn both(who: &str) -> (Response, String) {
        let sent: Response<Tagged> =
            serde_json::from_str(&json(who, r#""study_type":"nps","#)).unwrap();
        (Response::from(sent), json(who, ""))
    }

    #[test]
    fn answers_of_personas_are_written_as_they_always_were() {
        let (response, text) = both(&format!(r#""persona":{PERSONA}"#));
        let persona = response.respondent.persona().unwrap();
        assert_eq!((persona.id.as_str(), persona.age), ("p1", 34));
        assert_eq!(response.respondent.id(), "p1");
        assert_eq!(serde_json::to_string(&response).unwrap(), text);
    }

    #[test]
    fn everybody_else_is_an_id_under_a_key_of_their_own_and_never_a_persona() {
        let id = "00000000-0000-0000-0000-000000000007";
        for kind in ["expert", "participant", "imported"] {
            let (response, text) = both(&format!(r#""{kind}":{{"id":"{id}"}}"#));
            assert_eq!(response.respondent.persona(), None);
            assert_eq!(response.respondent.id(), id);
            assert_eq!(serde_json::to_string(&response).unwrap(), text);
        }
    }

    #[test]
    fn an_answer_is_somebodys() {
        let sent = json(r#""nobody":{}"#, r#""study_type":"nps","#);
        assert!(serde_json::from_str::<Response<Tagged>>(&sent).is_err());
    }
}
