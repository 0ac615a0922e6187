#!/usr/bin/env bash
# Puts the signing certificate and the notary's credentials into a keychain of its own, on a runner of the release.
# CERTIFICATE is a .p12 file in base64. Not run on macOS yet.
set -euo pipefail

: "${CERTIFICATE:?}" "${CERTIFICATE_PASSWORD:?}" "${APPLE_ID:?}" "${APPLE_TEAM:?}" "${APPLE_PASSWORD:?}"
keychain=${RUNNER_TEMP:-/tmp}/saywrite.keychain-db
password=$(openssl rand -base64 24)
file=$(mktemp)
trap 'rm -f "$file"' EXIT

printf '%s' "$CERTIFICATE" | base64 --decode >"$file"
security create-keychain -p "$password" "$keychain"
security set-keychain-settings -lut 7200 "$keychain"
security unlock-keychain -p "$password" "$keychain"
security import "$file" -P "$CERTIFICATE_PASSWORD" -f pkcs12 -T /usr/bin/codesign -k "$keychain"
security set-key-partition-list -S apple-tool:,apple: -s -k "$password" "$keychain" >/dev/null
security list-keychains -d user -s "$keychain" login.keychain-db
xcrun notarytool store-credentials saywrite --apple-id "$APPLE_ID" --team-id "$APPLE_TEAM" \
    --password "$APPLE_PASSWORD" --keychain "$keychain"
