#!/bin/sh
# Imports the images of the contract into Podman: a static busybox, without and with an entrypoint.
set -e
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/tmp" "$root/etc" "$root/proc" "$root/sys" "$root/dev" "$root/srv"
chmod 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
for name in $(busybox --list); do
  # The resolver of a static busybox crashes.
  [ "$name" = wget ] || [ "$name" = busybox ] || ln -s busybox "$root/bin/$name"
done
echo 'root:x:0:0:root:/:/bin/sh' > "$root/etc/passwd"
echo 'root:x:0:' > "$root/etc/group"
cat > "$root/bin/entrypoint" <<'END'
#!/bin/sh
trap "exit 0" TERM INT
echo "entrypoint $*"
while :; do sleep 3600 & wait $!; done
END
chmod 755 "$root/bin/entrypoint"
# The source of further images.
tar -C "$root" -cf /var/lib/contract-rootfs.tar .
podman import --quiet --change 'CMD ["sh"]' --change 'ENV PATH=/bin' \
  --change 'ENV IMAGE_VARIABLE=of-the-image' /var/lib/contract-rootfs.tar localhost/openfactory/contract:1
podman import --quiet --change 'ENTRYPOINT ["/bin/entrypoint"]' --change 'CMD ["of","the","image"]' \
  --change 'ENV PATH=/bin' --change 'WORKDIR /srv' /var/lib/contract-rootfs.tar localhost/openfactory/contract-entrypoint:1
