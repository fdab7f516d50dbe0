# The command line in a small image: docker run --rm --user "$(id -u)" -v "$PWD:/work" sshr --help
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/sshr && /opt/sshr/bin/python -m pip install -c constraints.txt .

FROM python:3.13-slim
COPY --from=build /opt/sshr /opt/sshr
RUN useradd --no-log-init --create-home --uid 1000 sshr
ENV PATH=/opt/sshr/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 1000
WORKDIR /work
ENTRYPOINT ["sshr"]
CMD ["--help"]
