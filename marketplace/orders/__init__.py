"""What shoppers bought: orders told by the shop's page or its server, and what came back."""
