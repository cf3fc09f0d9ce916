mod damage;
mod format;
mod trouble;
