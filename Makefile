# The commands of this project. Each target is a script under scripts/, so that it also runs without make.

# Where `make run` serves, and its database: postgresql://user:password@host:port/database or
# sqlite:///path; empty means the SQLite file in the user's data directory. Set here and not by `?=`: some shells
# export a HOST of their own.
HOST = 127.0.0.1
PORT = 8080
DATABASE =
# How long `make soak` takes for each store.
MINUTES = 5
export HOST PORT DATABASE

.DEFAULT_GOAL := help
.PHONY: help run build test generate lint bench soak sanitize clean

help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Builds the server in release mode and serves; HOST=, PORT= and DATABASE= say where
	@scripts/run

build: ## Builds everything in debug mode
	@scripts/build

test: ## Runs every test, against a PostgreSQL of its own and with foreign clients
	@scripts/test

generate: ## Derives the generated code again from Protos/
	@scripts/install-packages build generate
	@scripts/generate

lint: ## Checks format, warnings, scripts, stray files, and that generated code is what the contract says
	@scripts/lint

bench: ## Measures the server beside nghttpd, pgbench and other gRPC servers in one run, and prints the ratios
	@Benchmarks/run

soak: ## Runs a busy user's day in minutes, kills servers and database, and checks the history; MINUTES= says how many
	@scripts/soak --minutes $(MINUTES)

sanitize: ## Runs the runtime's and the transport's tests under the address sanitizer
	@scripts/sanitize

clean: ## Removes what was built, and the tests' Python environment
	rm -rf .build .build-asan .build-tsan Tests/Foreign/.venv
