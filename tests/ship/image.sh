# SPDX-License-Identifier: GPL-2.0-only
# The image holds together, is the same when made again, and runs in a root of its own;
# the manifest has what it must have.

check_image() {
	local digest
	"$top/scripts/container/oci-archive" "$STATIC" "$work/one.tar" && "$top/scripts/container/oci-archive" "$STATIC" "$work/two.tar" &&
		cmp "$work/one.tar" "$work/two.tar"
	result $? "two images differ"
	mkdir "$work/image" "$work/rootfs"
	tar -C "$work/image" -xf "$work/one.tar"
	(cd "$work/image/blobs/sha256" && sha256sum -c < <(for f in *; do echo "$f  $f"; done)) >/dev/null
	result $? "a blob is not what its name says"
	digest() { jq -r "$1" "$2" | sed 's/^sha256://'; }
	local blobs=$work/image/blobs/sha256 manifest
	manifest=$blobs/$(digest '.manifests[0].digest' "$work/image/index.json")
	digest=$(digest '.layers[0].digest' "$manifest")
	[[ $(digest '.rootfs.diff_ids[0]' "$blobs/$(digest .config.digest "$manifest")") == "$digest" ]]
	result $? "the configuration names another layer"
	tar -C "$work/rootfs" -xf "$blobs/$digest"
	if unshare --user --map-root-user true 2>/dev/null; then
		[[ $(unshare --user --map-root-user chroot "$work/rootfs" /rstblame --version) == "$("$STATIC" --version)" ]]
		result $? "it does not run in the image's root"
	else
		skip "the image's root" "no user namespaces here"
	fi
	if ! python3 -c 'import yaml' 2>/dev/null; then
		skip "the manifest" "Python has no yaml (Debian: python3-yaml)"
		return
	fi
	# kubectl knows the API's types without a server: what it does not know is not in its answer.
	if has "the manifest's types" kubectl kubernetes-client; then
		kubectl set image --local -o json -f "$top/scripts/kubernetes/daemonset.yaml" rstblame=rstblame:mine >"$work/typed.json" 2>"$work/said"
		python3 - "$top/scripts/kubernetes/daemonset.yaml" "$work/typed.json" >>"$work/said" 2>&1 <<-'EOF'
			import json, sys, yaml
			_, wanted = yaml.safe_load_all(open(sys.argv[1]))
			def compare(a, b, path):
			    if isinstance(a, dict):
			        for key in a:
			            compare(a[key], b[key] if key in b else sys.exit(f"unknown: {path}.{key}"), f"{path}.{key}")
			    elif isinstance(a, list):
			        for i, one in enumerate(a): compare(one, b[i], f"{path}[{i}]")
			    elif a != b and not path.endswith(".image"):
			        sys.exit(f"{path}: {a} is {b}")
			compare(wanted, json.load(open(sys.argv[2])), "")
		EOF
		result $? "the manifest's types: $(tail -n1 "$work/said")"
	fi
	# And the fields used, by hand: no package has the API's schema.
	python3 - "$top/scripts/kubernetes/daemonset.yaml" <<-'EOF'
		import sys, yaml
		space, ds = yaml.safe_load_all(open(sys.argv[1]))
		assert space["kind"] == "Namespace" and space["metadata"]["name"] == ds["metadata"]["namespace"]
		assert (ds["apiVersion"], ds["kind"]) == ("apps/v1", "DaemonSet")
		assert set(ds["spec"]) <= {"selector", "template", "updateStrategy"}
		pod = ds["spec"]["template"]["spec"]
		assert ds["spec"]["selector"]["matchLabels"].items() <= ds["spec"]["template"]["metadata"]["labels"].items()
		assert set(pod) <= {"hostNetwork", "hostPID", "automountServiceAccountToken", "priorityClassName",
			"terminationGracePeriodSeconds", "tolerations", "nodeSelector", "containers", "volumes"}
		assert pod["hostNetwork"] is True and pod["hostPID"] is True
		c, = pod["containers"]
		assert set(c) <= {"name", "image", "args", "securityContext", "resources", "volumeMounts"}
		s = c["securityContext"]
		assert set(s) <= {"privileged", "readOnlyRootFilesystem", "runAsUser",
			"capabilities", "seccompProfile"}
		assert s["privileged"] is False and s["readOnlyRootFilesystem"] is True and s["capabilities"]["drop"] == ["ALL"]
		assert {"BPF", "PERFMON", "SYS_ADMIN"} <= set(s["capabilities"]["add"])
		assert set(c["resources"]) == {"requests", "limits"}
		assert {m["name"] for m in c["volumeMounts"]} == {v["name"] for v in pod["volumes"]}
		assert all(isinstance(a, str) for a in c["args"])
	EOF
	result $? "the manifest"
}
