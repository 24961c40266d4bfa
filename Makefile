# A line or two each: the work is in scripts/. See README.md.
.PHONY: run demo dist lab-up lab-down lab-break lab-mend test check e2e bench campaign screenshots prepare clean

run: ## set up, build and start Gonogo (GONOGO_ADDRESS, default 127.0.0.1:8080)
	@scripts/setup && scripts/build release && exec scripts/serve release

demo: ## Gonogo beside a service to deploy: the reference checklist on a real stack (end2end/lab)
	@scripts/setup && scripts/build release && exec scripts/lab demo

dist: ## one archive for machines without a compiler: dist/gonogo-VERSION-linux-ARCH.tar.gz
	@scripts/setup && scripts/build release && exec scripts/dist release

lab-up: ## the lab alone, as it is before the deployment
	@exec scripts/lab up

lab-down: ## stop the lab
	@exec scripts/lab down

lab-break: ## a named broken state: make lab-break NAME=redis-stopped (scripts/lab list)
	@exec scripts/lab break "$(NAME)"

lab-mend: ## back from it: make lab-mend NAME=redis-stopped, or from all
	@exec scripts/lab mend $(NAME)

test: ## every test, against real systems, and one line of counts
	@scripts/setup --test && scripts/build tests && exec scripts/test

check: ## formatting and lints
	@scripts/setup && exec scripts/check

e2e: ## the browser tests only
	@scripts/setup --test && scripts/build tests && exec scripts/test browser

bench: ## compares speeds, apart from the tests
	@scripts/setup && scripts/build release && exec scripts/bench

campaign: ## what takes too long for `make test`: seeded, resumable, one line per part
	@scripts/setup --test && scripts/build tests && exec scripts/campaign

screenshots: ## the pictures of the README, and of every page in its states
	@scripts/setup --test && scripts/build tests && exec scripts/screenshots

prepare: ## .sqlx from the migrations and queries
	@exec scripts/prepare

clean: ## build output of this checkout; tools and data stay
	@cargo clean && rm -rf dist end2end/results end2end/node_modules
