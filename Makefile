# Everything that a fresh clone needs is the .NET SDK, make and git.
.PHONY: build run demo test unit integration bench conformance format format-check restore clean

BCB := artifacts/bcb/bcb
RESULTS := artifacts/test-results

build: ## the program, runnable from any folder: artifacts/bcb/bcb (VAULTSHARP=1: with its log-in methods)
	@dotnet publish src/BackupCodeBroker -c Release -o artifacts/bcb --nologo -v quiet
ifeq ($(VAULTSHARP),1)
	@dotnet publish src/BackupCodeBroker.VaultSharp -c Release -o artifacts/bcb --nologo -v quiet
else
	@rm -f artifacts/bcb/BackupCodeBroker.VaultSharp.* artifacts/bcb/VaultSharp.*
endif

run: build ## broker, Vault and sample people, with lines to paste
	@$(BCB) server --dev

demo: build ## the whole story, by itself
	@$(BCB) demo

test: ## unit and integration tests; the last line is: N passed, N failed, N skipped (VAULTSHARP=1: its log-ins too)
	@VAULTSHARP=$(VAULTSHARP) .ci/test

bench: build ## a bare client against the broker, on one Vault in one run
	@dotnet run -c Release --project tests/BackupCodeBroker.Benchmarks --

conformance: ## which requirement is shown by which test
	@.ci/conformance

restore:
	@dotnet restore BackupCodeBroker.sln --locked-mode -v quiet

format:
	@dotnet format BackupCodeBroker.sln --no-restore

format-check: ## fails where the code is not formatted
	@dotnet format whitespace BackupCodeBroker.sln --no-restore --verify-no-changes

clean:
	@rm -rf artifacts && find src tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
