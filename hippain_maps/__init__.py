"""The open trigger-point referral map for the hip, low back and leg."""
