package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"

	"lineproof/shared/token"
)

// post signs a callback and posts it, and returns what failed, "" for nothing.
func (d Deliverer) post(ctx context.Context, m Job, to Subscriber, body []byte) string {
	authorization, err := d.authorize(to, body)
	if err != nil {
		return "signature"
	}
	status, err := d.Client.Post(ctx, to.URL, authorization, body)
	switch {
	case err != nil:
		return err.Error()
	case status < 200 || status > 299:
		return fmt.Sprint("status ", status)
	}
	d.tell(ctx, slog.LevelInfo, "callback", m, "status", status)
	return ""
}

// authorize returns the Authorization header of a callback to a subscriber; none without a secret.
func (d Deliverer) authorize(to Subscriber, body []byte) (string, error) {
	if to.Secret == "" {
		return "", nil
	}
	name := make([]byte, 16)
	if _, err := io.ReadFull(d.Random, name); err != nil {
		return "", fmt.Errorf("webhook: name signature: %w", err)
	}
	sum := sha256.Sum256(body)
	signed, err := token.Webhook{
		JTI: hex.EncodeToString(name), PayloadHash: hex.EncodeToString(sum[:]),
		APIKey: to.APIKey, ApplicationID: to.Application,
	}.Sign(to.Secret, d.Wall())
	return "Bearer " + signed, err
}
