//! The effect of a text's topics on the liking of a person: the sum over topics and measures of coefficient × (measure −
//! its mean in the reference population), which is 0 on average over that population. Several topics saturate, so that
//! no text moves anybody by more than 1.

use super::situation::Situation;
use super::{Profile, Topic, TopicMention, Topics};

/// What a topic of a text adds to the liking of a person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicEffect {
    pub mention: TopicMention,
    /// In standard deviations of liking between people; negative when it takes away.
    pub amount: f64,
}

/// What the topics of a text add to the liking of a person, one by one. The amounts sum to what [`effect`] says.
#[must_use]
pub fn effects(
    table: &Topics,
    mentions: &[TopicMention],
    profile: &Profile,
    situation: &Situation,
) -> Vec<TopicEffect> {
    let profile = situation.applied(profile);
    let mut parts: Vec<TopicEffect> = mentions
        .iter()
        .filter_map(|mention| {
            let topic = table.get(mention.topic)?;
            let told = 1.0 - mention.denied * (1.0 - topic.when_denied);
            let amount = raw(table, topic, &profile) * told * situation.topic(mention.topic);
            Some(TopicEffect { mention: *mention, amount })
        })
        .collect();
    let sum: f64 = parts.iter().map(|part| part.amount).sum();
    if sum != 0.0 {
        let saturated = libm::tanh(sum) / sum;
        for part in &mut parts {
            part.amount *= saturated;
        }
    }
    parts.retain(|part| part.amount != 0.0);
    parts
}

/// What the topics of a text add to the liking of a person, −1 to 1.
#[must_use]
pub fn effect(
    table: &Topics,
    mentions: &[TopicMention],
    profile: &Profile,
    situation: &Situation,
) -> f64 {
    effects(table, mentions, profile, situation).iter().map(|part| part.amount).sum()
}

/// Σ coefficient × (measure − mean).
fn raw(table: &Topics, topic: &Topic, profile: &Profile) -> f64 {
    topic
        .effect
        .iter()
        .map(|(&measure, size)| size * (profile.get(measure) - table.mean(measure)))
        .sum()
}
