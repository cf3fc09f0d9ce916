//! The brief of a review: what kind of content it is, whom it is for, what it is to achieve, and what stands around it.

use protocol::review::{ContentType, Neighbours, ReviewMaterial};

/// What a review is told besides the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// What the content is.
    pub content_type: ContentType,
    /// Blocks of code in the content, which no rewrite touches.
    pub code: Vec<String>,
    /// Other words of the content that no rewrite touches.
    pub kept: Vec<String>,
    /// The audience in words.
    pub audience: Option<String>,
    /// The field that the content belongs to.
    pub niche: Option<String>,
    /// The wanted tone.
    pub tone: Option<String>,
    /// What the content is to achieve.
    pub goal: Option<String>,
    /// What stands around it; a stock feed of its type where nobody named any.
    pub neighbours: Neighbours,
}

impl Brief {
    /// The brief that says nothing but the type.
    #[must_use]
    pub const fn of_type(content_type: ContentType) -> Self {
        Self {
            content_type,
            code: Vec::new(),
            kept: Vec::new(),
            audience: None,
            niche: None,
            tone: None,
            goal: None,
            neighbours: Neighbours::Stock,
        }
    }

    /// The brief of a study's material.
    #[must_use]
    pub fn of(material: &ReviewMaterial) -> Self {
        Self {
            content_type: material.content_type,
            code: material.code.clone(),
            kept: Vec::new(),
            audience: material.target_audience.clone(),
            niche: material.niche.clone(),
            tone: material.tone.clone(),
            goal: material.goal.clone(),
            neighbours: material.neighbours.clone(),
        }
    }

    /// Audience, niche and goal as one text, for the reader; nothing where none is given.
    #[must_use]
    pub fn context(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.audience, &self.niche, &self.goal]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        (!parts.is_empty()).then(|| parts.join(". "))
    }
}
