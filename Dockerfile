# A small image of a release (`make release` before): nobody's rights, nothing of the root file system is written.
#   docker build -t rota --build-arg RELEASE=dist/rota-0.1.0-linux-x86_64 .
#   docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp -v rota:/data \
#     -v /etc/rota/clockify-key:/run/secrets/clockify-key:ro -e CLOCKIFY_API_KEY_FILE=/run/secrets/clockify-key rota import
FROM debian:12-slim
ARG RELEASE
RUN apt-get update -qq \
  && apt-get install -y -qq --no-install-recommends ca-certificates libsqlite3-0 libpq5 zlib1g tzdata \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o 10001 -g 10001 -m 0700 /data
COPY ${RELEASE}/rota /usr/local/bin/rota
USER 10001:10001
WORKDIR /data
VOLUME /data
ENV TZ=UTC HOME=/data
ENTRYPOINT ["/usr/local/bin/rota"]
CMD ["status"]
