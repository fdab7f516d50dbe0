"""What restoring the decoded pictures of the robust transport would gain."""

from figure_blocks.base import Figures, block


@block("robust-restoration")
def robust_restoration(figures: Figures) -> str:
    """Gains by bytes on photographs that were held out."""
    told = figures.result("robust-restoration")
    gains = "; ".join(
        f"{row['room']} bytes: {row['gain']:.2f} dB ({row['least_gain']:+.2f} to "
        f"{row['most_gain']:+.2f}), SSIM {row['restored_ssim'] - row['decoded_ssim']:+.4f}"
        for row in told["gains"]
    )
    return (
        f"{told['parameters']:,} parameters, {told['steps']:,} steps on {told['records']:,} coded "
        f"squares; {told['gains'][0]['pictures']} held-out training photographs, 256 px: {gains}."
    )
