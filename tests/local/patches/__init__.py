"""What ministack 1.5.33 lacks and the platform needs, added inside its process before it starts.

Each module adds one thing, says which fact made it necessary, and is installed by `launcher.py`.
"""
