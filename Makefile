# The commands of ClubPulse. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test check unit e2e template deny openapi bench rush growth keys operator deploy clean

PYTHON ?= python3
VENV := target/local/venv
IN_VENV := $(VENV)/bin/python
export CARGO_TERM_COLOR ?= auto

help: ## lists the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: ## the whole platform on this machine, with a demo club; Ctrl-C stops it
	@$(PYTHON) tests/local/run.py

test: check unit template e2e ## everything that a change must pass

check: ## format, lints, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

unit: ## unit and integration tests: real handlers over an embedded DynamoDB
	cargo test --workspace --locked

$(VENV)/ready: tests/local/requirements.txt tests/local/environment.py
	@$(PYTHON) tests/local/environment.py

template: $(VENV)/ready ## the SAM template, the state machine, the sample events; calendar feeds in others' eyes
	$(VENV)/bin/cfn-lint template.yaml
	cd tests/local && ../../$(IN_VENV) -m unittest -v test_template test_feeds

e2e: $(VENV)/ready ## the deployed template on the local platform, with IAM enforced
	cargo build --workspace --bins --locked
	$(IN_VENV) -m unittest discover -v -s tests/e2e -t tests/e2e

deny: ## licences and sources of dependencies (cargo install --locked cargo-deny)
	cargo deny check bans licenses sources

openapi: ## writes functions/api-docs/openapi.json from the code
	CLUBPULSE_WRITE=1 cargo test --workspace --locked --test integration openapi

# One command and one profile, so that everything shared is built once. Every function has its own binary.
FUNCTIONS ?= authorizer api-auth api-sessions api-bookings api-calendar api-series webhook-mercadopago
bench: ## cold start, warm path, cost per operation, pure rules (builds the dist profile of FUNCTIONS)
	cargo build --profile dist --locked --bins -p bench $(addprefix -p ,$(FUNCTIONS))
	@"$${CARGO_TARGET_DIR:-target}/dist/bench" $(FUNCTIONS)

rush: ## an opening rush on one thread: requests a second, and whether anything was booked twice
	cargo build --profile dist --locked --bins -p bench $(addprefix -p ,$(FUNCTIONS))
	@"$${CARGO_TARGET_DIR:-target}/dist/bench" --rush

growth: ## what is asked most, of a table with a thousand bookings and with a million (takes 8 GB of memory)
	cargo build --profile dist --locked --bins -p bench $(addprefix -p ,$(FUNCTIONS))
	@"$${CARGO_TARGET_DIR:-target}/dist/bench" --growth

clean: ## stops nothing, removes what the local platform keeps
	rm -rf target/local

# --- Deployment. ENV is a section of samconfig.toml: dev, staging, prod. ---
ENV ?= dev
STACK = clubpulse-$(ENV)
OUTPUT = aws cloudformation describe-stacks --stack-name $(STACK) --output text --query "Stacks[0].Outputs[?OutputKey=='$(1)'].OutputValue"

deploy: ## builds for arm64 once, then deploys to ENV
	cargo lambda build --profile dist --arm64 --locked $(patsubst functions/%/,-p %,$(wildcard functions/*/))
	sam deploy --config-env $(ENV)

keys: ## makes the signing key of ENV, once
	cargo run --quiet -p local --bin bootstrap -- keys > target/keys.json
	@$(PYTHON) tests/local/put_keys.py target/keys.json "$$($(call OUTPUT,TokenSigningKeySecretArn))" "$$($(call OUTPUT,EdgeKeysSecretArn))"; status=$$?; rm -f target/keys.json; exit $$status

operator: ## makes or resets an operator of ENV: EMAIL=…, password from OPERATOR_PASSWORD
	cargo run --quiet -p local --bin bootstrap -- operator --table "$$($(call OUTPUT,TableName))" --email "$(EMAIL)"
