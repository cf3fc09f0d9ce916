mod budget;
mod calls;
mod money;
mod sabotage;
