//! Schema migrations and the consoles of web frameworks. Tools that make their own table when they are asked for the state
//! (knex, Sequelize, TypeORM, goose, dbmate) do not read.

use super::tool::{Tool, guarded, tool};

/// Tools that migrate.
#[rustfmt::skip] // a row is a tool
pub const TOOLS: &[Tool] = &[
    tool("alembic", "-c= --config= -n= --name= -x= -q", &["current|history|heads|branches|show|check", "--version !"]),
    tool("prisma", "", &["validate", "migrate status", "version|-v !", "format +--check"]),
    guarded("flyway", "", &["info|validate|version"], "-outputFile"),
    guarded("liquibase", "--changelog-file= --changeLogFile= --url= --username= --password= --defaults-file= --defaultsFile=", &["validate|history", "--version !"], "--output-file --outputFile --log-file"),
    tool("diesel", "", &["--version !"]),
    tool("drizzle-kit", "", &["check", "--version !"]),
    tool("atlas", "", &["version", "schema inspect"]),
    tool("rails|bin/rails|rake|bin/rake", "", &["db:migrate:status|db:version|about|routes|stats|notes|db:abort_if_pending_migrations|middleware|-v|--version|-T|--tasks|secret|zeitwerk:check|initializers .", "-v|--version|-T !"]),
    tool("artisan", "", &["migrate:status|about|route:list|config:show|env|schedule:list|queue:failed|db:show|db:table|event:list|list|--version|-V|model:show|channel:list|inspire", "migrate +--pretend", "horizon:status|horizon:supervisors|horizon:list|pulse:check-list"]),
    tool("manage.py|django-admin", "--check --dry-run", &["showmigrations|check|diffsettings|sqlmigrate|version|--version|inspectdb|findstatic|show_urls", "migrate +--plan", "migrate +--check", "makemigrations +--check +--dry-run", "collectstatic +--dry-run"]),
    tool("flask", "--app= -A= --env-file= -e=", &["routes|--version", "db current|history|heads|branches|show|check"]),
    tool("celery", "-A= --app= -b= --broker= --config= -C= --workdir= -q", &["status|report", "inspect ping|active|stats|registered|reserved|scheduled|active_queues|conf|report|revoked|clock|query_task|memsample", "--version !"]),
    tool("console|bin/console", "-e= --env= -n --no-interaction", &["about|debug:router|debug:container|debug:config|doctrine:migrations:status|doctrine:migrations:list|doctrine:migrations:up-to-date|doctrine:migrations:current|doctrine:schema:validate|doctrine:mapping:info|lint:yaml|lint:twig|lint:container|messenger:stats|router:match|secrets:list|list"]),
    tool("knex|sequelize|sequelize-cli|typeorm|typeorm-ts-node-commonjs|mikro-orm|db-migrate|migrate|migrate-mongo|goose|dbmate|sqlx|sea-orm-cli|node-pg-migrate|umzug|phinx|doctrine|ecto|yoyo|sqitch|aerich|piccolo|tortoise|sql-migrate|schemachange|bytebase|skeema|gh-ost|pt-online-schema-change|pgroll|efbundle", "", &["--version|-v|-V|version !"]),
];
