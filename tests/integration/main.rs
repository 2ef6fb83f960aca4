//! The program and the library as their users have them: one binary, which links once.

mod common;

mod anyone;
mod around;
mod baseline;
mod browser;
mod callbacks;
mod check;
mod ci;
mod cli;
mod commits;
mod configuration;
mod contracts;
mod credentials;
mod diff;
mod engines;
mod exceptions;
mod export;
mod gate;
mod habits;
mod in_ci;
mod keys;
mod layers;
mod learning;
mod media;
mod outputs;
mod profiles;
mod public_api;
mod readme;
mod report;
mod security;
mod semantics;
mod suggest;
mod suggest_doubts;
mod upgrade;
mod used;
