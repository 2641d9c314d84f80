# Everything a fresh machine with Python ≥ 3.11 needs: `make run`, `make test`.
PYTHON ?= python3
BIN := .venv/bin
TESTS ?=  # more arguments for pytest, such as -m mnist
CODE := streamlit_app.py pages ui cnn tests benchmarks

.PHONY: run test lint format pretrained

run: .venv/.runs
	$(BIN)/streamlit run streamlit_app.py

test: .venv/.tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(TESTS)

lint: .venv/.tests
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/biome lint --error-on-warnings

format: .venv/.tests
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

# Train the built-in run again and put it in its place. MNIST comes from MNIST_NPZ or Keras's cache.
pretrained: .venv/.runs
	rm -rf .pretrained
	$(BIN)/python -m cnn train --preset accurate --runs-dir .pretrained
	grep -q '"dataset": "mnist"' .pretrained/*-accurate-*/status.json
	rm -rf cnn/pretrained/epochs
	cd .pretrained/*-accurate-* && cp -r hyperparameters.json status.json metrics.jsonl \
		model.keras model.onnx calibration.json test_predictions.npz epochs $(CURDIR)/cnn/pretrained/
	rm -r .pretrained

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runs: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

.venv/.tests: requirements-dev.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	touch $@
