//! `users`: who may speak to a server.

use std::fs;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use traillake_server::{NewAccessKey, SealingKey, UserKind, UserListing, UserRights, UsersFile};

use crate::args::{
    AddKeyArgs, AddTokenArgs, AddUserArgs, RightsArgs, UsersCommand, UsersFileArgs, UsersListArgs, UsersRemoveArgs,
};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;
use crate::folders;
use crate::listing::{Listing, print_thing};

pub(super) fn run(context: &Context, command: UsersCommand) -> Result<ExitStatus> {
    match command {
        UsersCommand::AddKey(args) => add_key(context, &args)?,
        UsersCommand::AddUser(args) => add_user(&args)?,
        UsersCommand::AddToken(args) => add_token(&args)?,
        UsersCommand::List(args) => list(&args)?,
        UsersCommand::Remove(args) => remove(context, &args)?,
    }
    Ok(ExitStatus::Done)
}

fn add_key(context: &Context, args: &AddKeyArgs) -> Result<()> {
    let path = users_to_change(&args.files)?;
    let sealing = sealing_key(context, &args.files, &path)?;
    let mut users = UsersFile::open(&path)?;
    let key = users.add_access_key(args.name.as_deref(), &rights(&args.rights), None, &sealing)?;
    users.save()?;
    print_thing(args.format, &json!({ "access_key_id": key.id, "secret_access_key": key.secret }))
}

fn add_user(args: &AddUserArgs) -> Result<()> {
    let password = if args.password_stdin { read_password()? } else { NewAccessKey::generate()?.secret };
    let mut users = UsersFile::open(&users_to_change(&args.files)?)?;
    users.add_user(&args.name, &rights(&args.rights), &password)?;
    users.save()?;
    let shown = if args.password_stdin { Value::Null } else { password.into() };
    print_thing(args.format, &json!({ "user": args.name, "password": shown }))
}

fn add_token(args: &AddTokenArgs) -> Result<()> {
    let mut users = UsersFile::open(&users_to_change(&args.files)?)?;
    let token = users.add_token(&args.name, &rights(&args.rights))?;
    users.save()?;
    print_thing(args.format, &json!({ "name": args.name, "token": token.0 }))
}

fn list(args: &UsersListArgs) -> Result<()> {
    let listed = UsersFile::open(&users_path(&args.files)?)?.list();
    let columns = ["kind", "id", "name", "role", "stores", "accounts"];
    Listing::new(listed.iter().map(shown)).print(args.format, &columns)
}

fn remove(context: &Context, args: &UsersRemoveArgs) -> Result<()> {
    let mut users = UsersFile::open(&users_path(&args.files)?)?;
    let removed = users.remove(&args.id)?;
    users.save()?;
    for user in removed {
        context.printer.status(format_args!("removed {} `{}`", kind(user.kind), user.id));
    }
    Ok(())
}

fn shown(user: &UserListing) -> Value {
    json!({
        "kind": kind(user.kind),
        "id": user.id,
        "name": user.name,
        "role": user.role.as_str(),
        "stores": user.stores,
        "accounts": user.accounts,
    })
}

fn kind(kind: UserKind) -> &'static str {
    match kind {
        UserKind::AccessKey => "access key",
        UserKind::User => "user",
        UserKind::Token => "token",
    }
}

fn rights(args: &RightsArgs) -> UserRights {
    let listed = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
    UserRights::new(args.role).held_to(listed(&args.stores), listed(&args.accounts))
}

/// The users file that is named, else the one in the user's configuration folder.
fn users_path(args: &UsersFileArgs) -> Result<PathBuf> {
    if let Some(named) = &args.users {
        return Ok(named.clone());
    }
    folders::users_file().ok_or_else(|| {
        CliError::usage(
            "there is no users file: the user's configuration folder is not known",
            "name it with `--users FILE`",
        )
    })
}

/// The users file to add to; the folder of one that is not named is made.
fn users_to_change(args: &UsersFileArgs) -> Result<PathBuf> {
    let path = users_path(args)?;
    if let (None, Some(folder)) = (&args.users, path.parent()) {
        fs::create_dir_all(folder).map_err(CliError::write(folder))?;
    }
    Ok(path)
}

/// The sealing key that is named, else that of the environment, else the one beside the users file, made when missing.
fn sealing_key(context: &Context, args: &UsersFileArgs, users: &Path) -> Result<SealingKey> {
    if args.sealing_key.is_none()
        && let Some(key) = SealingKey::from_environment()?
    {
        return Ok(key);
    }
    let path = args.sealing_key.clone().unwrap_or_else(|| folders::sealing_key_beside(users));
    if path.exists() {
        return Ok(SealingKey::from_file(&path)?);
    }
    let key = SealingKey::create_file(&path)?;
    context
        .printer
        .status(format_args!("made the sealing key `{}`; keep it apart from the users file", path.display()));
    Ok(key)
}

fn read_password() -> Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
