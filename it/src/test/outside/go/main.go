// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Other people's implementations of C2SP and COSE look at what Freehold wrote into a folder, print
// a line for each check, and write something of their own for Freehold to look at.
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"filippo.io/torchwood"
	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var folder string

func read(name string) []byte {
	b, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		panic(err)
	}
	return b
}

func accepts(name string, err error) {
	if err != nil {
		fmt.Printf("not ok %s: %v\n", name, err)
		return
	}
	fmt.Printf("ok %s\n", name)
}

func refuses(name string, err error) {
	if err == nil {
		err = errors.New("it was accepted")
		fmt.Printf("not ok %s: %v\n", name, err)
		return
	}
	fmt.Printf("ok %s\n", name)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// changed flips a bit of the byte at the given place, from the end where it is negative.
func changed(b []byte, at int) []byte {
	c := bytes.Clone(b)
	if at < 0 {
		at += len(c)
	}
	c[at] ^= 1
	return c
}

// tiles reads the tiles that Freehold published; spoil changes one byte of each.
type tiles struct{ spoil bool }

func (t tiles) ReadTiles(_ context.Context, want []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range want {
		b, err := os.ReadFile(filepath.Join(folder, "log", torchwood.TilePath(tile)))
		if err != nil {
			return nil, err
		}
		if t.spoil {
			b = changed(b, 5)
		}
		out = append(out, b)
	}
	return out, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadEndpoint(context.Context, string) ([]byte, error) {
	return nil, errors.New("not asked for")
}

func main() {
	folder = os.Args[1]
	c2sp()
	signed()
}

func c2sp() {
	logKey := must(note.NewVerifier(string(read("log.vkey"))))
	witness := must(torchwood.NewCosignatureVerifier(string(read("witness.vkey"))))
	checkpoint := read("log/checkpoint")
	_, err := note.Open(checkpoint, note.VerifierList(logKey))
	accepts("x/mod note opens our checkpoint", err)
	_, err = note.Open(changed(checkpoint, 3), note.VerifierList(logKey))
	refuses("x/mod note refuses our checkpoint with a changed byte", err)

	log := torchwood.ThresholdPolicy(2,
		torchwood.OriginPolicy(logKey.Name()), torchwood.SingleVerifierPolicy(logKey))
	both := torchwood.ThresholdPolicy(2, log, torchwood.SingleVerifierPolicy(witness))
	tree, _, err := torchwood.VerifyCheckpoint(read("cosigned"), both)
	accepts("torchwood accepts our checkpoint with our witness's cosignature", err)
	_, _, err = torchwood.VerifyCheckpoint(checkpoint, both)
	refuses("torchwood misses the cosignature where there is none", err)
	_, _, err = torchwood.VerifyCheckpoint(changed(read("cosigned"), -4), both)
	refuses("torchwood refuses a changed cosignature", err)

	reader := torchwood.TileHashReaderWithContext(context.Background(), tree.Tree, tiles{})
	root, err := tlog.TreeHash(tree.N, reader)
	if err == nil && root != tree.Hash {
		err = errors.New("another root")
	}
	accepts("torchwood reads our tiles, and they give the root", err)
	accepts("every entry is proven by our tiles", everyEntry(tree.Tree, reader))
	spoiled := torchwood.TileHashReaderWithContext(context.Background(), tree.Tree, tiles{true})
	_, err = tlog.TreeHash(tree.N, spoiled)
	refuses("torchwood refuses tiles with a changed byte", err)

	older, _, err := torchwood.VerifyCheckpoint(read("older"), log)
	accepts("torchwood accepts our older checkpoint", err)
	growth, err := tlog.ProveTree(tree.N, older.N, reader)
	if err == nil {
		err = tlog.CheckTree(growth, tree.N, tree.Hash, older.N, older.Hash)
	}
	accepts("our tiles prove that the log only grew", err)

	entry := read("entry")
	proof := read("entry.tlog-proof")
	accepts("torchwood verifies our tlog-proof",
		torchwood.VerifyProof(log, tlog.RecordHash(entry), proof))
	refuses("torchwood refuses our tlog-proof for a changed entry",
		torchwood.VerifyProof(log, tlog.RecordHash(changed(entry, 9)), proof))
	refuses("torchwood refuses our tlog-proof with a changed path",
		torchwood.VerifyProof(log, tlog.RecordHash(entry), changed(proof, bytes.Index(proof, []byte("\nindex "))+12)))
	extra, err := torchwood.ProofExtraData(proof)
	if err == nil && !bytes.Equal(extra, entry) {
		err = errors.New("other bytes")
	}
	accepts("torchwood finds the entry in our tlog-proof", err)
	ours(tree.Tree, entry)
}

func everyEntry(tree tlog.Tree, reader tlog.HashReader) error {
	n := int64(0)
	for n < tree.N {
		width := min(int64(256), tree.N-n)
		tile := tlog.Tile{H: 8, L: -1, N: n / 256, W: int(width)}
		rest, err := os.ReadFile(filepath.Join(folder, "log", torchwood.TilePath(tile)))
		if err != nil {
			return err
		}
		for range width {
			var entry []byte
			if entry, rest, err = torchwood.ReadTileEntry(rest); err != nil {
				return err
			}
			proof, err := tlog.ProveRecord(tree.N, n, reader)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %w", n, err)
			}
			n++
		}
	}
	return nil
}

// ours writes a checkpoint, a cosignature and a tlog-proof that Go made.
func ours(tree tlog.Tree, entry []byte) {
	secret, public, err := note.GenerateKey(rand.Reader, "go.example/log")
	if err != nil {
		panic(err)
	}
	hash := tlog.RecordHash(entry)
	text := torchwood.Checkpoint{Origin: "go.example/log", Tree: tlog.Tree{N: 1, Hash: hash}}.String()
	witness := must(torchwood.NewCosignatureSigner("go.example/witness", must2(ed25519.GenerateKey(rand.Reader))))
	signed := must(note.Sign(&note.Note{Text: text}, must(note.NewSigner(secret)), witness))
	write("go.vkey", []byte(public))
	write("go-witness.vkey", []byte(witness.Verifier().String()))
	write("go-checkpoint", signed)
	write("go.tlog-proof", torchwood.FormatProof(0, nil, signed))
}

func must2(_ ed25519.PublicKey, key ed25519.PrivateKey, err error) crypto.Signer {
	if err != nil {
		panic(err)
	}
	return key
}

func write(name string, b []byte) {
	if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
		panic(err)
	}
}

func verify(message []byte, key ed25519.PublicKey, payload []byte) error {
	var sign1 cose.Sign1Message
	if err := sign1.UnmarshalCBOR(message); err != nil {
		return err
	}
	if payload != nil {
		if sign1.Payload != nil {
			return errors.New("the payload is attached")
		}
		sign1.Payload = payload
	}
	return sign1.Verify(nil, must(cose.NewVerifier(cose.AlgorithmEdDSA, key)))
}

func signed() {
	key := ed25519.PublicKey(must(hex.DecodeString(string(read("node.hex")))))
	statement := read("statement.cose")
	accepts("go-cose verifies our signed statement", verify(statement, key, nil))
	refuses("go-cose refuses our statement with a changed byte", verify(changed(statement, -70), key, nil))

	var sign1 cose.Sign1Message
	if err := sign1.UnmarshalCBOR(statement); err != nil {
		panic(err)
	}
	receipts, _ := sign1.Headers.Unprotected[int64(394)].([]any)
	if len(receipts) != 1 {
		fmt.Println("not ok the statement carries one receipt (394)")
		return
	}
	receipt, _ := receipts[0].([]byte)
	root, err := rootOf(receipt, sign1.Payload)
	accepts("the receipt's proof (396) is one of RFC 9162", err)
	accepts("go-cose verifies the receipt over the root that follows", verify(receipt, key, root))
	refuses("go-cose refuses the receipt over another root", verify(receipt, key, changed(root, 0)))
	other, err := rootOf(receipt, changed(sign1.Payload, 20))
	if err == nil {
		refuses("go-cose refuses the receipt for a changed entry", verify(receipt, key, other))
	}
}

// rootOf follows the inclusion proof in a receipt with x/mod's own arithmetic of trees.
func rootOf(receipt, entry []byte) ([]byte, error) {
	var sign1 cose.Sign1Message
	if err := sign1.UnmarshalCBOR(receipt); err != nil {
		return nil, err
	}
	if vds, ok := sign1.Headers.Protected[int64(395)].(int64); !ok || vds != 1 {
		return nil, errors.New("its data structure (395) is not 1")
	}
	proofs, _ := sign1.Headers.Unprotected[int64(396)].(map[any]any)
	list, _ := proofs[int64(-1)].([]any)
	if len(list) != 1 {
		return nil, errors.New("not one inclusion proof")
	}
	var proof struct {
		_    struct{} `cbor:",toarray"`
		Size int64
		At   int64
		Path [][]byte
	}
	if err := cbor.Unmarshal(list[0].([]byte), &proof); err != nil {
		return nil, err
	}
	hash := tlog.RecordHash(entry)
	at, last := proof.At, proof.Size-1
	for _, sibling := range proof.Path {
		if len(sibling) != tlog.HashSize || last == 0 {
			return nil, errors.New("the path does not fit")
		}
		if at%2 == 1 || at == last {
			hash = tlog.NodeHash(tlog.Hash(sibling), hash)
			for at%2 == 0 && at != 0 {
				at, last = at/2, last/2
			}
		} else {
			hash = tlog.NodeHash(hash, tlog.Hash(sibling))
		}
		at, last = at/2, last/2
	}
	if last != 0 {
		return nil, errors.New("the path is too short")
	}
	return hash[:], nil
}
