#!/bin/sh
# Installs the unpacked Saywrite for this user alone, without administrator rights, or removes it.
#
#   ./install.sh --install   program into ~/.local/lib/saywrite, command into ~/.local/bin, entry into the menu
#   ./install.sh --remove    all of these again; settings, recordings and history stay
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
program=$HOME/.local/lib/saywrite
commands=$HOME/.local/bin
share=${XDG_DATA_HOME:-$HOME/.local/share}
entry=io.github.saywrite.Saywrite

icons() {
    for size in 16x16 24x24 32x32 48x48 64x64 128x128 256x256 512x512; do
        echo "icons/hicolor/$size/apps/saywrite.png"
    done
    echo icons/hicolor/scalable/apps/saywrite.svg
}

files() {
    icons
    echo "metainfo/$entry.metainfo.xml"
    echo man/man1/saywrite.1.gz
    echo bash-completion/completions/saywrite
    echo zsh/vendor-completions/_saywrite
    echo fish/vendor_completions.d/saywrite.fish
}

refresh() {
    if command -v update-desktop-database >/dev/null; then
        update-desktop-database -q "$share/applications" || true
    fi
}

add() {
    if [ "$here" = "$program" ]; then
        echo "Saywrite is installed in $program already." >&2
        exit 1
    fi
    mkdir -p "$commands" "$share/applications" "$(dirname "$program")"
    # the new program is complete before the old one goes
    rm -rf "$program.new"
    cp -a "$here" "$program.new"
    rm -rf "$program"
    mv "$program.new" "$program"
    ln -sfn "$program/saywrite" "$commands/saywrite"
    files | while read -r file; do
        mkdir -p "$share/$(dirname "$file")"
        cp "$here/share/$file" "$share/$file"
    done
    # desktops do not look for commands in ~/.local/bin everywhere: the entry names the whole path
    sed -e "s|^Exec=saywrite|Exec=\"$program/saywrite\"|" -e "s|^TryExec=saywrite|TryExec=$program/saywrite|" \
        "$here/share/applications/$entry.desktop" >"$share/applications/$entry.desktop"
    refresh
    echo "Saywrite is in the menu, and as $commands/saywrite."
}

remove() {
    files | while read -r file; do
        rm -f "$share/$file"
    done
    rm -f "$share/applications/$entry.desktop" "$commands/saywrite"
    rm -rf "$program"
    refresh
    echo "Saywrite is removed. Settings, recordings and history stayed."
}

case "${1:-}" in
    --install) add ;;
    --remove) remove ;;
    *)
        sed -n '2,5s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
esac
