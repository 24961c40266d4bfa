# A line or two each: the work is in scripts/. See README.md.
.PHONY: run test check e2e bench campaign prepare clean

run: ## set up, build and start Gonogo (GONOGO_ADDRESS, default 127.0.0.1:8080)
	@scripts/setup && scripts/build release && exec scripts/serve release

test: ## every test, against real systems, and one line of counts
	@scripts/setup --test && scripts/build tests && exec scripts/test

check: ## formatting and lints
	@scripts/setup && exec scripts/check

e2e: ## the browser tests only
	@scripts/setup --test && scripts/build tests && exec scripts/test browser

bench: ## benchmarks, apart from the tests
	@scripts/setup && SQLX_OFFLINE=true exec scripts/with-postgres cargo bench --locked --workspace

campaign: ## what takes too long for `make test`: seeded, resumable, one line per part
	@scripts/setup --test && scripts/build tests && exec scripts/campaign

prepare: ## .sqlx from the migrations and queries
	@exec scripts/prepare

clean: ## build output of this checkout; tools and data stay
	@cargo clean && rm -rf end2end/results end2end/node_modules
