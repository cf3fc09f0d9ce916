//! Questions with the class that people give them, written before the first rule.

/// What the questions are about.
pub(super) const TEXT: &str = "A coffee machine for the kitchen. It makes two cups in 40 seconds and switches itself \
    off. The small box holds 20 capsules and costs $9; the large box holds 100 capsules, and each capsule can be \
    recycled. The machine costs $89 and has a two-year warranty. There is no contract. Delivery is included. You can \
    order more capsules in the app, and somebody answers the phone every day until eight.";

/// A question and the name of its class; `other` is declined.
pub(super) const QUESTIONS: &[(&str, &str)] = &[
    // Reasons for and against.
    ("Why?", "why"),
    ("Why would you buy it?", "why"),
    ("Why would you not want this?", "why"),
    ("What don't you like?", "why"),
    ("What do you like most about it?", "why"),
    ("Please tell us why you feel this way", "why"),
    ("what would stop you from buying it", "why"),
    ("Do you have any concerns about the product?", "why"),
    ("What are the main advantages in your eyes?", "why"),
    ("What, if anything, worries you about it?", "why"),
    ("Explain your answer.", "why"),
    ("wat do you dislike about this ofer", "why"),
    ("What makes it attractive?", "why"),
    ("Give two reasons against it.", "why"),
    // What is missing or should be different.
    ("What would you change?", "missing"),
    ("Is anything missing?", "missing"),
    ("What else would you need to know before deciding?", "missing"),
    ("How could it be improved?", "missing"),
    ("whats mising", "missing"),
    ("Do you have any suggestions for improvement?", "missing"),
    ("What would make you more likely to buy it?", "missing"),
    // Would you.
    ("Would you buy it?", "would"),
    ("Would you recommend it to a friend?", "would"),
    ("woud you use this", "would"),
    ("How likely is it that you would recommend this product to a friend or colleague?", "would"),
    ("Can you see yourself using it?", "would"),
    ("Are you interested in trying it?", "would"),
    ("Would you sign up today?", "would"),
    ("Would you buy it, and why?", "would"),
    ("Would you buy this? Why or why not?", "would"),
    // Money.
    ("How much would you pay for it?", "how_much"),
    ("What do you think of the price?", "how_much"),
    ("Is it too expensive?", "how_much"),
    ("Is it worth the money?", "how_much"),
    ("what would you be willing to pay", "how_much"),
    ("At what price would it be too expensive for you to consider?", "how_much"),
    // Which of.
    ("Which feature do you like best?", "which"),
    ("Do you prefer the small or the large box?", "which"),
    ("wich part is least useful to you?", "which"),
    ("What is the single most important point for you?", "which"),
    // Occasions and places.
    ("When would you use it?", "when"),
    ("Where would you use it?", "when"),
    ("In what situations would it be useful?", "when"),
    // People.
    ("Who is it for?", "who"),
    ("Who would buy something like this?", "who"),
    ("What kind of people would use it?", "who"),
    ("Is this for someone like you?", "who"),
    // Frequency.
    ("How often would you use it?", "how_often"),
    ("How many times a week would you use it?", "how_often"),
    ("Would you use it daily, weekly or less often?", "how_often"),
    // Yes or no.
    ("Does it need a contract?", "yes_no"),
    ("Is delivery included?", "yes_no"),
    ("Is it clear to you what it does?", "yes_no"),
    ("Do you believe the claims?", "yes_no"),
    ("Do you trust this company?", "yes_no"),
    ("Is it new and different?", "yes_no"),
    // In general.
    ("What do you think of it?", "overall"),
    ("What do you think of the two-year warranty?", "overall"),
    ("On a scale of 1 to 5, how much do you like it?", "overall"),
    ("How do you feel about the idea", "overall"),
    ("What comes to mind first?", "overall"),
    ("Your thoughts?", "overall"),
    // Nothing that the text could tell.
    ("How do you commute to work?", "other"),
    ("How old are you?", "other"),
    ("How often do you exercise?", "other"),
    ("How much do you earn a month?", "other"),
    ("Who won the last World Cup?", "other"),
    ("Why is the sky blue?", "other"),
    ("Do you own a car?", "other"),
    ("Which newspaper do you read?", "other"),
    ("What do you think of the government?", "other"),
    ("Would you recommend your employer to a friend?", "other"),
    ("How many cups of coffee do you drink a day?", "other"),
    ("What time is it?", "other"),
    ("Where do you live?", "other"),
    ("What is the capital of France?", "other"),
];
